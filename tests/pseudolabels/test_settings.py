from echoweave.pseudolabels.settings import refinement_of

VALUES = {
    "models": ["dirnet"],
    "size": 256,
    "grid_spacing_px": 16,
    "smoothing_px": 1.0,
    "bending_weight": 0.007,
    "max_frame_gap": 3,
    "steps": 45,
}


def test_the_named_models_are_refined_and_no_others() -> None:
    refinement = refinement_of("dirnet", VALUES)
    assert refinement is not None
    assert refinement.size == 256
    assert refinement_of("svf", VALUES) is None
