package io.datahub.broker;

/** Whether the delivery to all sessions is held back. Thread-safe. */
final class DeliveryPause {

    private volatile boolean paused;

    void set(boolean isPaused) {
        paused = isPaused;
    }

    boolean isOn() {
        return paused;
    }
}
