package io.datahub.cli.event;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.http.Body;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub pub}: publishes events. */
@Command(
        name = "pub",
        description = {"Publish an event.", "Success says that the hub has handed it on, not that anybody received it."
        })
public final class PubCommand implements Callable<Integer> {

    private static final int BLOCK = 65_536;

    @Mixin
    private CommonOptions common;

    @Option(names = "--lines", description = "Publish each line of standard input as an event.")
    private boolean lines;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "The topic, such as build.done.")
    private String topic;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PAYLOAD",
            description = "The payload; - reads it from standard input, as it is. Default: an empty one.")
    private String payload;

    private Hub hub;
    private int published;

    @Override
    public Integer call() throws IOException {
        if (lines && payload != null) {
            throw new Failure(Failure.USAGE, "'" + payload + "': --lines takes the payloads from standard input");
        }
        if (topic.isEmpty()) {
            throw new Failure(Failure.USAGE, "'' can't be a topic");
        }
        hub = common.hub();
        if (lines) {
            publishLines(System.in);
        } else if ("-".equals(payload)) {
            publish(System.in.readAllBytes());
        } else {
            publish((payload == null ? "" : payload).getBytes(StandardCharsets.UTF_8));
        }
        common.output().result(Map.of("topic", topic, "published", published), "");
        return 0;
    }

    private void publish(byte[] bytes) {
        hub.done(new Request("POST", "/events/" + Paths.encode(topic))
                .header("Content-Type", "application/octet-stream")
                .body(Body.of(bytes)));
        published++;
    }

    /** Each line as it is read, in any encoding; the last one may have no terminator. */
    private void publishLines(InputStream in) throws IOException {
        byte[] block = new byte[BLOCK];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int count = in.read(block); count >= 0; count = in.read(block)) {
            int start = 0;
            for (int i = 0; i < count; i++) {
                if (block[i] == '\n') {
                    line.write(block, start, i - start);
                    publish(line.toByteArray());
                    line.reset();
                    start = i + 1;
                }
            }
            line.write(block, start, count - start);
        }
        if (line.size() > 0) {
            publish(line.toByteArray());
        }
    }
}
