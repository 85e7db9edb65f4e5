"""Pictures become batches: stores, streams, samples, ageing and hints, and the loaders that hand them out."""
