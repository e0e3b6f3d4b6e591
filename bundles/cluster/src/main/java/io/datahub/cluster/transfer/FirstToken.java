package io.datahub.cluster.transfer;

import io.datahub.api.file.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file with the first administrator's token, which goes with the users that it is valid for. */
final class FirstToken {

    private static final String FILE = "admin.token";

    private FirstToken() {}

    /** Copies it from one home to another, whose own no longer counts; if there is none, that is deleted. */
    static void copy(Path from, Path to) throws IOException {
        Path own = to.resolve(FILE);
        if (Files.exists(from.resolve(FILE))) {
            AtomicFile.write(own, AtomicFile.Access.PRIVATE, Files.readAllBytes(from.resolve(FILE)));
        } else {
            Files.deleteIfExists(own);
        }
    }
}
