package io.datahub.s3;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The code of an error, as the body of an answer has it. */
final class ErrorCode {

    private static final Pattern CODE =
            Pattern.compile("<Error[\\s>].*?<Code>\\s*([A-Za-z0-9.]{1,100})\\s*</Code>", Pattern.DOTALL);

    private ErrorCode() {}

    /** The code in a body; empty if the body is no error. */
    static String of(byte[] body) {
        Matcher error = CODE.matcher(new String(body, StandardCharsets.UTF_8));
        return error.find() ? error.group(1) : "";
    }
}
