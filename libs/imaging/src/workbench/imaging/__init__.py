"""What a recipe does to an image on its way in and to a result on its way out."""
