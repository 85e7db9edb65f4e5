"""What the generator learns from: supervised, adversarial, perceptual losses and one of patches."""
