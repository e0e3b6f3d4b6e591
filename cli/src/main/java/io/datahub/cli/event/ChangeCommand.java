package io.datahub.cli.event;

import io.datahub.cli.context.Shell;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Runs a command for a change: what happened is in its environment, {@code DATAHUB_EVENT}, {@code DATAHUB_PATH} and others, and as
 * JSON on its standard input.
 */
final class ChangeCommand {

    private final String line;

    ChangeCommand(String line) {
        this.line = line;
    }

    /** Runs it; returns its exit status. */
    int run(Map<String, Object> event) {
        Map<String, Object> data = Json.object(event, "data");
        ProcessBuilder builder = new ProcessBuilder(Shell.command(line))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        Map<String, String> environment = builder.environment();
        environment.put("DATAHUB_EVENT", kind(event));
        environment.put("DATAHUB_PATH", Json.string(data, "path"));
        environment.put("DATAHUB_SIZE", String.valueOf(Json.number(data, "size")));
        environment.put("DATAHUB_SHA256", Json.string(data, "sha256"));
        environment.put("DATAHUB_ETAG", Json.string(data, "etag"));
        environment.put("DATAHUB_CHANGED_BY", Json.string(data, "user"));
        environment.put("DATAHUB_CURSOR", Json.string(event, "id"));
        try {
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                in.write((Json.text(event) + "\n").getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // A command that doesn't read its input.
            }
            return process.waitFor();
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, "'" + line + "' can't be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.FAILED, "interrupted");
        }
    }

    /** What happened: created, updated, deleted or rejected. */
    static String kind(Map<String, Object> event) {
        String type = Json.string(event, "type");
        return type.substring(type.lastIndexOf('.') + 1);
    }
}
