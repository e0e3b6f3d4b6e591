package io.datahub.ssh.rsync;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * The streams of a client's channel. They block.
 *
 * @param input what the client sends
 * @param output what the client gets
 * @param error what the client's user sees
 */
record Streams(InputStream input, OutputStream output, OutputStream error) {}
