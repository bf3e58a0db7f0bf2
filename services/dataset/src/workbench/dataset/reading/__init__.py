"""What the formats read with: lists, names of classes, and how what is found is told. No picture is decoded here."""
