package io.datahub.http.tree;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The formats of archives. */
enum ArchiveFormat {
    ZIP("application/zip", ZipWriter::new, 100_000),
    TAR("application/x-tar", TarWriter::new, Integer.MAX_VALUE);

    private final String mediaType;
    private final Function<OutputStream, ArchiveWriter> writer;
    private final int maxEntries;

    ArchiveFormat(String mediaType, Function<OutputStream, ArchiveWriter> writer, int maxEntries) {
        this.mediaType = mediaType;
        this.writer = writer;
        this.maxEntries = maxEntries;
    }

    /** The format of this name, which is also the extension of its files. */
    static Optional<ArchiveFormat> of(String name) {
        return Arrays.stream(values())
                .filter(format -> format.extension().equals(name))
                .findFirst();
    }

    String extension() {
        return name().toLowerCase(Locale.ROOT);
    }

    String mediaType() {
        return mediaType;
    }

    /** How many entries an archive may have. A zip file ends with a list of them, which is kept in memory. */
    int maxEntries() {
        return maxEntries;
    }

    ArchiveWriter write(OutputStream target) {
        return writer.apply(target);
    }
}
