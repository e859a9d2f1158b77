"""An invented newsroom that the demo collects from: two publications, English and Arabic."""
