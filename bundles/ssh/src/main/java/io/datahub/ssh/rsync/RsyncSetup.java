package io.datahub.ssh.rsync;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * What all transfers share.
 *
 * @param folder the directory of all transfers
 * @param program the program that they run
 * @param files the directory of the records, if the store keeps them on this disk
 * @param memory bounds what transfers keep in memory
 * @param storing stores received files
 * @param isStopping whether the hub stops, so that nothing more is stored
 */
record RsyncSetup(
        Path folder,
        RsyncProgram program,
        Optional<Path> files,
        MemoryShares memory,
        Executor storing,
        BooleanSupplier isStopping) {}
