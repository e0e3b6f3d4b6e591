package io.datahub.s3;

import io.datahub.api.cluster.Blobs;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Blobs as objects of an S3 store. Thread-safe. */
final class S3Blobs implements Blobs {

    /** The most that the store lists in one answer. */
    private static final int MAX_LISTED = 1_000;

    private final ObjectRequests objects;
    private final Retries retries;
    private final long partBytes;

    /** @param partBytes blobs larger than this are stored in parts of this size, at least 5 MiB */
    S3Blobs(ObjectRequests objects, Retries retries, long partBytes) {
        this.objects = objects;
        this.retries = retries;
        this.partBytes = partBytes;
    }

    @Override
    public void put(String key, Source source) throws IOException {
        check(key);
        if (source.length() > partBytes) {
            new MultipartUpload(objects, retries, key, source, partBytes).run();
        } else {
            retries.run(() -> objects.upload(objects.uri(key, Map.of()), source, 0, source.length()));
        }
    }

    @Override
    public InputStream open(String key, long from, long length) throws IOException {
        return new BlobStream(objects::range, retries, check(key), from, length);
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        check(key);
        return retries.run(() -> objects.size(key));
    }

    @Override
    public void delete(Collection<String> keys) throws IOException {
        for (String key : keys) {
            check(key);
            retries.run(() -> objects.delete(key));
        }
    }

    @Override
    public List<Info> list(String after, int limit) throws IOException {
        List<Info> found = new ArrayList<>();
        String last = after;
        while (found.size() < limit) {
            String from = last;
            int count = Math.min(MAX_LISTED, limit - found.size());
            List<Info> page = retries.run(() -> objects.list(from, count));
            found.addAll(page);
            if (page.size() < count) {
                break;
            }
            last = page.get(page.size() - 1).key();
        }
        return found;
    }

    private static String check(String key) {
        if (!KEY_FORM.matcher(key).matches()) {
            throw new IllegalArgumentException("no key of a blob: " + key);
        }
        return key;
    }
}
