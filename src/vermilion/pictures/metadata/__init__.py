"""What is kept of a file besides its samples: the values, and the forms that several formats share."""
