package io.datahub.api.log;

import java.io.EOFException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Says what has failed in words for people who know files and networks, but not the names of exceptions: what is shown by
 * the page, the console and the health checks. Logs have the exception itself.
 */
public final class FailureText {

    /** The name of an exception at the beginning of a message, as {@link Throwable#toString} puts it there. */
    private static final Pattern CLASS = Pattern.compile("^(?:[a-z][\\w$]*\\.)+[A-Z][\\w$.]*(?::\\s*|$)");

    /** The name of an exception within a message, such as that of a cause which a library has put there. */
    private static final Pattern CLASS_WITHIN = Pattern.compile("(?:[a-z][\\w$]*\\.)+[A-Z]\\w*(?:Exception|Error)\\b");

    /** How Java's HTTP client says that a server closed the connection before its response. */
    private static final String CLOSED = "HTTP/1.1 header parser received no bytes";

    private static final int MAX_CAUSES = 20;

    private FailureText() {}

    /**
     * What has failed.
     *
     * @param failure a failure; its innermost cause that says something counts, with what those around it say if they quote it
     * @return a part of a sentence, without a full stop
     */
    public static String of(Throwable failure) {
        String text = of(failure, MAX_CAUSES);
        return text.isEmpty() ? "an unexpected failure; the log has the reason" : text;
    }

    private static String of(Throwable failure, int depth) {
        if (failure == null || depth == 0) {
            return "";
        }
        String own = known(failure).orElse(message(failure));
        Throwable cause = failure.getCause();
        String beforeClass = CLASS_WITHIN.split(own, 2)[0].replaceFirst("[\\s,:(]+$", "");
        if (isEndOfInput(cause) && !beforeClass.isEmpty()) {
            return beforeClass;
        }
        String inner = isUnconnected(failure) ? "" : of(cause, depth - 1);
        if (inner.isEmpty() || own.contains(inner)) {
            return own;
        }
        String quoted = withoutFullStop(String.valueOf(cause.getMessage()));
        int at = own.indexOf(quoted);
        if (at <= 0) {
            return inner;
        }
        String replaced = own.substring(0, at) + inner + own.substring(at + quoted.length());
        return CLASS_WITHIN.matcher(replaced).find() ? inner : replaced;
    }

    /** Whether it says less than what it is the cause of, which may be about a connection or a file. */
    private static boolean isEndOfInput(Throwable cause) {
        return cause instanceof EOFException || cause instanceof ClosedChannelException;
    }

    /** Whether it is what the HTTP client of Java throws: without a message, and with a cause that tells something else. */
    private static boolean isUnconnected(Throwable failure) {
        return failure instanceof ConnectException && failure.getMessage() == null;
    }

    private static Optional<String> known(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        String text = null;
        if (isUnconnected(cause)) {
            boolean isUnresolved = Stream.iterate(cause, Objects::nonNull, Throwable::getCause)
                    .limit(MAX_CAUSES)
                    .anyMatch(UnresolvedAddressException.class::isInstance);
            text = isUnresolved ? "the name of the server can't be resolved" : "there is no connection to the server";
        } else if (cause instanceof UnknownHostException) {
            text = "the name " + message.replaceFirst(": .*", "") + " can't be resolved";
        } else if (cause instanceof SocketTimeoutException) {
            text = "the connection timed out";
        } else if (cause instanceof TimeoutException) {
            text = "there was no answer in time";
        } else if (isEndOfInput(cause) || message.startsWith(CLOSED)) {
            text = "the connection was closed";
        } else if (cause instanceof CertPathBuilderException) {
            text = "the certificate isn't signed by an authority that the hub trusts";
        } else if (cause instanceof CertificateExpiredException) {
            text = "the certificate has expired";
        } else if (cause instanceof NoSuchFileException) {
            text = message + " doesn't exist";
        } else if (cause instanceof AccessDeniedException) {
            text = message + ": permission denied";
        } else if (cause instanceof FileSystemException file && file.getReason() != null) {
            text = file.getFile() + ": " + file.getReason();
        } else if (cause instanceof CharacterCodingException) {
            text = "it isn't UTF-8";
        }
        return Optional.ofNullable(text);
    }

    /** The message of an exception that has no words of its own here. */
    private static String message(Throwable failure) {
        String message = failure.getMessage();
        boolean isOfCause =
                failure.getCause() != null && failure.getCause().toString().equals(message);
        if (message == null || message.isBlank() || isOfCause) {
            return "";
        }
        String text = withoutFullStop(CLASS.matcher(message.strip()).replaceFirst(""));
        boolean isSentence =
                text.length() > 1 && Character.isUpperCase(text.charAt(0)) && !Character.isUpperCase(text.charAt(1));
        return isSentence ? Character.toLowerCase(text.charAt(0)) + text.substring(1) : text;
    }

    private static String withoutFullStop(String message) {
        return message.strip().replaceFirst("(?<!\\.)\\.$", "");
    }
}
