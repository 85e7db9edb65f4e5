"""The generator's losses: supervised, adversarial, perceptual, patch and palette losses, and distillation."""
