"""What tasks whose answer is itself a picture share: style transfer, super-resolution, inpainting."""
