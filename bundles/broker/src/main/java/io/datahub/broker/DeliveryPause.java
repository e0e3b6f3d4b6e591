package io.datahub.broker;

/** Whether the delivery to all sessions is held back, and what they publish is refused. Thread-safe. */
final class DeliveryPause {

    private volatile boolean paused;

    void set(boolean isPaused) {
        paused = isPaused;
    }

    boolean isOn() {
        return paused;
    }
}
