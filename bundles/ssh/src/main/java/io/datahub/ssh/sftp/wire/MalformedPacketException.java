package io.datahub.ssh.sftp.wire;

/** A packet is not as the protocol wants it. */
public final class MalformedPacketException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedPacketException(String message) {
        super(message);
    }
}
