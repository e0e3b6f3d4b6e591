package io.datahub.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** Keys in a file, for issuers that can't be reached. */
record KeyFile(Path file, Executor executor) implements KeySource {

    @Override
    public CompletionStage<KeySet> fetch() {
        CompletableFuture<KeySet> keys = new CompletableFuture<>();
        executor.execute(() -> {
            try (InputStream bytes = Files.newInputStream(file)) {
                byte[] json = bytes.readNBytes(IssuerClient.MAX_BYTES + 1);
                if (json.length > IssuerClient.MAX_BYTES) {
                    throw new IOException("it has more than " + IssuerClient.MAX_BYTES + " bytes");
                }
                keys.complete(KeySet.parse(new String(json, StandardCharsets.UTF_8)));
            } catch (IOException | RuntimeException e) {
                keys.completeExceptionally(e);
            }
        });
        return keys;
    }
}
