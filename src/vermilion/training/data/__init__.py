"""Makes batches of pictures: stores, streams, samples, ageing, hints and data loaders."""
