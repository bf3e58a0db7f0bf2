"""What is known of a recipe, and of what is done to a picture before a model sees it."""

from __future__ import annotations

import marshmallow as ma
from workbench.webapp.facts import Kept, anything, listed, of, said, texts, values, whole
from workbench.webapp.facts.figures import AssumedFacts


class PictureInputFacts(Kept):
    """The input that takes the picture."""

    name = said("Its name in the model.")
    width = whole("Of the picture, in pixels.")
    height = whole("Of the picture, in pixels.")
    channels = whole("1 or 3.")
    layout = said("Such as `NCHW`.")


class PreparationFacts(Kept):
    """What happens to a picture before the model sees it."""

    input = of(PictureInputFacts, "Where it goes.")
    resize = said("How it is brought to the input's size.")
    short_side = whole("Of `crop`: the picture's short side in pixels before it is cut.")
    interpolation = said("How pixels between pixels are computed.")
    color = said("The order of its channels.")
    mean = values(ma.fields.Float(), "Subtracted, one number a channel in the order of `color`, on 0 to 255.")
    scale = values(ma.fields.Float(), "Divided by, as `mean`.")
    orientation = said("As it is stored, or turned as its EXIF data says.")
    multiple = whole("Of `keep`: both sides are continued to a multiple of it.")


class RecipeBodyFacts(Kept):
    """A recipe."""

    version = whole("Of its form.")
    task = said("As `GET /v1/tasks` lists them.")
    labels = texts("The dataset's classes by name.")
    preparation = of(PreparationFacts, "What happens to a picture before.")
    head = said("Which reading of the outputs; null is the task's first.")
    output = said("The output that is read; null is the first.")
    options = anything("The task's own settings, as `GET /v1/tasks` tells them.")


class RecipeFacts(Kept):
    """What is known of a recipe."""

    recipe = of(RecipeBodyFacts, "The recipe itself.")
    digest = said("SHA-256 of the recipe: two with the same say the same.")
    assumed = listed(AssumedFacts, "What of it nobody said.")
