"""What a network answers, as data: over the plane, beside the samples, and in scores."""
