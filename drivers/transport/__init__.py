"""The ways to a device. This package is the only importer of pyserial and paho."""

from drivers.transport.announce import MqttAnnouncer
from drivers.transport.base import Chunk, EndOfData, ErrorCode, LineDown, Publishing, Transport
from drivers.transport.folder import FolderTransport
from drivers.transport.mqtt import MqttTransport
from drivers.transport.presence import Presence, sparkplug_host
from drivers.transport.publish import MqttPublisher
from drivers.transport.replay import ReplayTransport
from drivers.transport.serial_port import SerialTransport
from drivers.transport.tap import TapTransport, TcpTapTransport
from drivers.transport.tcp import TcpTransport

__all__ = [
    "Chunk",
    "EndOfData",
    "ErrorCode",
    "FolderTransport",
    "LineDown",
    "MqttAnnouncer",
    "MqttPublisher",
    "MqttTransport",
    "Presence",
    "Publishing",
    "ReplayTransport",
    "SerialTransport",
    "TapTransport",
    "TcpTapTransport",
    "TcpTransport",
    "Transport",
    "sparkplug_host",
]
