package io.datahub.cli.sync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * What tells whether a file has changed, short of reading it.
 *
 * @param size bytes
 * @param modifiedNanos since 1970
 */
record LocalFile(long size, long modifiedNanos) {

    static LocalFile of(BasicFileAttributes attributes) {
        return new LocalFile(attributes.size(), attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    static LocalFile of(Path file) throws IOException {
        return of(Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    }
}
