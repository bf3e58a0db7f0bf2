"""We decide what a folder of images means and keep it in one canonical form."""
