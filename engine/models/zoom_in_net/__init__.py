"""Zoom-in-Net (paper 003): diabetic-retinopathy grade with its evidence."""

from engine.models.zoom_in_net.network import NetworkConfig, Outputs, ZoomInNet, as_dict, build

__all__ = ["NetworkConfig", "Outputs", "ZoomInNet", "as_dict", "build"]
