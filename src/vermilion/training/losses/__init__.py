"""The generator's losses: supervised, adversarial, perceptual and patch losses."""
