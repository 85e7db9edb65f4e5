"""One step of a training: the task's losses, the generator's step, its average."""

from vermilion.training.config.settings import StageSettings
from vermilion.training.data.batch import Batch
from vermilion.training.loop.average import update_average
from vermilion.training.loop.checkpoint import TrainingState
from vermilion.training.loop.task import Phase, Scalars, Step, learn

BALANCE_EVERY = 10  # steps between two comparisons of the gradients of supervised and adversarial losses
CLIP = 1.0  # largest norm of a gradient


def phase_of(state: TrainingState, stage: StageSettings, done: int) -> Phase:
    """The phase after `done` images of a stage."""
    adversarial = done >= stage.discriminator_alone
    due = state.steps % BALANCE_EVERY == 0 or not state.balanced
    return Phase(adversarial, adversarial and stage.adversarial > 0 and due)


def take_step(step: Step, batch: Batch) -> Scalars:
    """One step, which never waits for the device and changes nothing but tensors; returns scalars, unread.

    Args:
        step: the networks, the task and the phase.
        batch: the images of the step.
    """
    state, settings = step.state, step.settings
    painted = state.generator(*batch.inputs(settings.loss.temperature))
    total, scalars = step.task.loss(step, batch, painted)
    learn(step.fabric, state.generator, state.optimizer, total, clip=CLIP)
    update_average(state.average, state.generator, settings.ema)
    return scalars
