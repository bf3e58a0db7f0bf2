"""We decide how an original model becomes OpenVINO IR."""
