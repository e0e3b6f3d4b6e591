package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of {@code If-Match} or {@code If-None-Match} (RFC 9110, 13.1): {@code *} or a list of entity tags.
 *
 * @param any whether it is {@code *}
 * @param tags the tags, including quotes and {@code W/}
 */
record EntityTags(boolean any, List<String> tags) {

    private static final Pattern TAG =
            Pattern.compile("\\s*((?:W/)?\"[\\x21\\x23-\\x7e\\x80-\\uffff]*\")\\s*(,|$)|\\s*,");

    static Result<EntityTags> parse(String value) {
        if (value.strip().equals("*")) {
            return Result.done(new EntityTags(true, List.of()));
        }
        List<String> tags = new ArrayList<>();
        Matcher matcher = TAG.matcher(value);
        int end = 0;
        while (end < value.length()) {
            if (!matcher.region(end, value.length()).lookingAt()) {
                return Result.refused(
                        Reason.BAD_REQUEST, "entity tags must have the form \"TAG\", separated by commas, or *");
            }
            if (matcher.group(1) != null) {
                tags.add(matcher.group(1));
            }
            end = matcher.end();
        }
        return Result.done(new EntityTags(false, List.copyOf(tags)));
    }

    /** Whether one of them matches the tag by strong comparison (8.8.3.2); a record without a tag matches none. */
    boolean matchStrongly(Optional<String> tag) {
        return any || tag.filter(tags::contains).isPresent();
    }

    /** Whether one of them matches the tag by weak comparison. */
    boolean matchWeakly(Optional<String> tag) {
        return any
                || tag.filter(present ->
                                tags.stream().anyMatch(each -> opaqueTag(each).equals(present)))
                        .isPresent();
    }

    private static String opaqueTag(String tag) {
        return tag.startsWith("W/") ? tag.substring(2) : tag;
    }
}
