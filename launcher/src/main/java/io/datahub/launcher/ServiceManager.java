package io.datahub.launcher;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reports the state of the hub to systemd if it was started by a unit of {@code Type=notify}; otherwise does nothing.
 * Java doesn't support Unix domain datagram sockets, so {@code systemd-notify} sends the message that sd_notify(3)
 * specifies.
 */
final class ServiceManager {

    private static final long TIMEOUT_SECONDS = 5;

    private ServiceManager() {}

    /**
     * Sends assignments such as {@code READY=1}. A failure is printed: the start timeout of the unit will then expire,
     * and its journal shows the reason.
     */
    static void report(String... assignments) {
        if (System.getenv("NOTIFY_SOCKET") == null) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("systemd-notify"));
        command.addAll(List.of(assignments));
        try {
            Process process = new ProcessBuilder(command).inheritIO().start();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            System.err.println(
                    "datahub: can't notify systemd of " + String.join(", ", assignments) + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
