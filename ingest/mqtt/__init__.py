"""An inbox on an MQTT broker.

Transport sheet, section 6: a persistent session, QoS 1, and an acknowledgement only when a
message's rows, or its reject, are durable. The broker keeps what we have not acknowledged and
delivers it again with the next connection.
"""

from ingest.mqtt.source import MqttSource

__all__ = ["MqttSource"]
