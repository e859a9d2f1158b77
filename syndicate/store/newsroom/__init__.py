"""What a newsroom sets up: publications, newsletters; and the incidents that it is told of."""
