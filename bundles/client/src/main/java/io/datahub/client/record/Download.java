package io.datahub.client.record;

import io.datahub.client.record.HttpRequests.Answer;
import io.datahub.client.record.HttpRequests.Request;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Fetches a record into a file, in parts of one version: a stalled connection costs no more than a part, and what has
 * arrived is kept.
 */
final class Download {

    private static final int PART = 4 << 20;
    private static final int MAX_FAILURES = 6;

    private final HttpRequests requests;
    private final String path;
    private final Path target;

    Download(HttpRequests requests, String path, Path target) {
        this.requests = requests;
        this.path = path;
        this.target = target;
    }

    StoredRecord run() throws IOException, InterruptedException {
        try (PartialFile partial = PartialFile.of(target.toAbsolutePath())) {
            for (int attempt = 1; attempt <= MAX_FAILURES; attempt++) {
                Answer head = requests.require(Request.of("HEAD", Paths.files(path)));
                String etag = head.header("ETag");
                if (!etag.isEmpty() && fetch(partial, etag, Long.parseLong(head.header("Content-Length")))) {
                    return verify(partial, head);
                }
                HttpRequests.pause(attempt); // the record has just changed
            }
        }
        throw new IOException(path + " changes too often to be fetched: try again");
    }

    /** Fetches what is missing of a version; false if there is another one now. */
    private boolean fetch(PartialFile partial, String etag, long size) throws IOException, InterruptedException {
        if (!partial.etag().equals(etag) || partial.size() > size) {
            partial.begin(etag);
        }
        int failures = 0;
        while (partial.size() < size) {
            long first = partial.size();
            Request request = Request.of(
                    "GET",
                    Paths.files(path),
                    "Range",
                    "bytes=" + first + "-" + (Math.min(first + PART, size) - 1),
                    "If-Match",
                    etag);
            try {
                HttpResponse<byte[]> response = requests.once(request, BodyHandlers.ofByteArray());
                if (response.statusCode() == HttpRequests.PRECONDITION_FAILED) {
                    return false;
                }
                if (response.statusCode() == HttpRequests.PARTIAL_CONTENT) {
                    partial.append(response.body());
                    failures = 0;
                    continue;
                }
                throw HttpRequests.refusal(response, new String(response.body(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                if (++failures == MAX_FAILURES || isFinal(e)) {
                    throw e;
                }
            }
            HttpRequests.pause(failures);
        }
        return true;
    }

    private static boolean isFinal(IOException e) {
        return e instanceof RequestRefusedException refused && !HttpRequests.isAway(refused.status());
    }

    private StoredRecord verify(PartialFile partial, Answer head) throws IOException {
        String own = Digests.hex(
                Digests.ofBeginning(partial.channel(), partial.size()).digest());
        String theirs = Digests.of(head.response().headers());
        if (!theirs.isEmpty() && !theirs.equals(own)) {
            partial.begin("");
            throw new IOException(path + " arrived with other bytes than the hub has: fetch it again");
        }
        partial.finish();
        return new StoredRecord(path, Long.parseLong(head.header("Content-Length")), own, head.header("ETag"));
    }
}
