"""What survives of a file beside its samples: the values, and the forms that several formats share."""
