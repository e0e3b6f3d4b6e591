package io.datahub.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells systemd how far the hub is, where a unit of {@code Type=notify} started it; elsewhere does nothing. Java has no
 * datagram sockets of the Unix domain, so {@code systemd-notify} sends the message that sd_notify(3) describes.
 */
final class ServiceManager {

    private static final long TIMEOUT_SECONDS = 5;

    private ServiceManager() {}

    /**
     * Sends assignments such as {@code READY=1}. A failure is printed: the unit's time for the start will run out, and its
     * journal then says why.
     */
    static void tell(String... assignments) {
        if (System.getenv("NOTIFY_SOCKET") == null) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("systemd-notify"));
        command.addAll(List.of(assignments));
        try {
            Process notify = new ProcessBuilder(command).inheritIO().start();
            if (!notify.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                notify.destroyForcibly();
            }
        } catch (IOException e) {
            System.err.println(
                    "datahub: systemd can't be told " + String.join(", ", assignments) + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
