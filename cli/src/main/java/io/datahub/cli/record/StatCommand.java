package io.datahub.cli.record;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import io.datahub.cli.hub.Digest;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub stat}: what the hub knows of records. */
@Command(name = "stat", description = "Show size, time, entity tag and SHA-256 of records.")
public final class StatCommand implements Callable<Integer> {

    private static final int MOVED = 308;
    private static final int FIRST_ERROR = 400;

    @Mixin
    private CommonOptions common;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Records or directories.")
    private List<String> paths;

    @Override
    public Integer call() {
        Hub hub = common.hub();
        Parallel each = new Parallel(common.output());
        for (String path : paths) {
            each.run(new Parallel.Named(path, () -> print(hub, Paths.of(path))));
        }
        return each.exitStatus();
    }

    private void print(Hub hub, String path) throws IOException {
        Request request = new Request("HEAD", Paths.files(path));
        try (Response response = hub.openAny(request)) {
            if (response.status() >= FIRST_ERROR) {
                // The reason is in the body, which only GET has; of one byte, if it is there by now.
                hub.open(new Request("GET", Paths.files(path)).header("Range", "bytes=0-0"))
                        .close();
            }
            Map<String, Object> json = new LinkedHashMap<>();
            boolean isDirectory = path.isEmpty() || path.endsWith("/") || response.status() == MOVED;
            json.put("path", path);
            json.put("type", isDirectory ? "directory" : "file");
            if (!isDirectory) {
                response.header("content-length").ifPresent(size -> json.put("size", Long.parseLong(size)));
                response.header("last-modified")
                        .map(time -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(time, Instant::from))
                        .ifPresent(time -> json.put("modified", time));
                response.header("etag").ifPresent(etag -> json.put("etag", etag));
                Digest.of(response).ifPresent(sha256 -> json.put("sha256", sha256));
                response.header("content-type").ifPresent(type -> json.put("mediaType", type));
            }
            common.output()
                    .result(
                            json,
                            json.entrySet().stream()
                                    .map(entry -> entry.getKey() + ": " + entry.getValue())
                                    .collect(Collectors.joining("\n")));
        }
    }
}
