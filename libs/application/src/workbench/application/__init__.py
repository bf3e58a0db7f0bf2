"""What a deployment package runs, and what evaluates: a model as configured, on images."""
