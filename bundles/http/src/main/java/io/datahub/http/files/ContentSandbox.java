package io.datahub.http.files;

import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** The policies by which browsers show records and listings: nothing of them may execute in the origin of the hub. */
final class ContentSandbox {

    /** For uploaded content. */
    static final HttpField UPLOADED = policy("sandbox");

    /** A listing contains nothing that was uploaded but names; what it links to can be downloaded. */
    static final HttpField LISTING = policy("sandbox allow-downloads");

    private ContentSandbox() {}

    private static HttpField policy(String directive) {
        return new PreEncodedHttpField(
                "Content-Security-Policy",
                directive + "; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:");
    }
}
