package io.datahub.auth.users;

import io.datahub.api.user.SshPublicKey;
import io.datahub.auth.users.XmlTagScanner.Kind;
import io.datahub.auth.users.XmlTagScanner.Tag;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/** Removes many credentials from the text of a users file in one pass; everything else is preserved. */
final class UsersTextRemoval {

    private static final Set<String> CREDENTIALS = Set.of("token", "curve-key", "certificate", "ssh-key", "trust");

    private UsersTextRemoval() {}

    /** The text without these tokens, regardless of the owner. */
    static String withoutTokens(String text, Set<String> hashes) {
        return without(text, -1, tag -> tag.localName().equals("token") && hashes.contains(hash(text, tag)));
    }

    /** The text without any credentials of the user at this position among the users, from 0. */
    static String withoutCredentials(String text, int place) {
        return without(text, place, tag -> CREDENTIALS.contains(tag.localName()));
    }

    /** The text without an SSH key of the user at this position among the users, from 0. */
    static String withoutKey(String text, int place, String sha256) {
        return without(text, place, tag -> tag.localName().equals("ssh-key") && isKey(text, tag, sha256));
    }

    /** The text without the user at this position among the users, from 0. */
    static String withoutUser(String text, int place) {
        List<Tag> tags = XmlTagScanner.tags(text);
        List<Tag> users =
                tags.stream().filter(tag -> Markup.isStart(tag, "user", 1)).toList();
        StringBuilder kept = new StringBuilder();
        int copied = cut(text, tags, tags.indexOf(users.get(place)), kept, 0);
        return kept.append(text, copied, text.length()).toString();
    }

    /** The text without one of the elements of this name of a user. */
    static String withoutChild(String text, int place, String localName, int index) {
        int[] seen = {0};
        return without(text, place, tag -> tag.localName().equals(localName) && seen[0]++ == index);
    }

    private static boolean isKey(String text, Tag tag, String sha256) {
        try {
            return SshPublicKey.parse(text.substring(tag.to(), text.indexOf('<', tag.to())))
                    .sha256()
                    .equals(sha256);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String hash(String text, Tag tag) {
        return XmlTagScanner.attributes(text, tag).stream()
                .filter(attribute -> attribute.name().equals("sha256"))
                .map(attribute -> text.substring(attribute.valueFrom(), attribute.valueTo())
                        .toLowerCase(Locale.ROOT))
                .findFirst()
                .orElse("");
    }

    private static String without(String text, int place, Predicate<Tag> doomed) {
        List<Tag> tags = XmlTagScanner.tags(text);
        StringBuilder kept = new StringBuilder();
        int user = -1;
        int copied = 0;
        for (int i = 0; i < tags.size(); i++) {
            Tag tag = tags.get(i);
            if (tag.kind() == Kind.END) {
                continue;
            }
            user += tag.depth() == 1 && tag.localName().equals("user") ? 1 : 0;
            if (tag.depth() == 2 && (place < 0 || user == place) && doomed.test(tag)) {
                copied = cut(text, tags, i, kept, copied);
            }
        }
        return kept.append(text, copied, text.length()).toString();
    }

    /**
     * Copies the text up to an element, and leaves this out, with its lines if nothing else is on them.
     *
     * @param begin the position of its start tag
     * @param copied what has been copied already
     * @return the position behind what is left out
     */
    private static int cut(String text, List<Tag> tags, int begin, StringBuilder kept, int copied) {
        int from = tags.get(begin).from();
        int to = end(tags, begin);
        boolean ownLine = isLineBegin(text, from) && isLineEnd(text, to);
        kept.append(text, copied, ownLine ? lineBegin(text, from) : from);
        return ownLine ? lineEnd(text, to) : to;
    }

    private static int end(List<Tag> tags, int begin) {
        int at = begin;
        if (tags.get(begin).kind() == Kind.START) {
            do {
                at++;
            } while (tags.get(at).depth() != tags.get(begin).depth());
        }
        return tags.get(at).to();
    }

    private static int lineBegin(String text, int at) {
        int from = at;
        while (from > 0 && isBlank(text.charAt(from - 1))) {
            from--;
        }
        return from;
    }

    private static boolean isLineBegin(String text, int at) {
        int from = lineBegin(text, at);
        return from > 0 && text.charAt(from - 1) == '\n';
    }

    private static boolean isLineEnd(String text, int at) {
        int to = lineEnd(text, at);
        return to > at && text.charAt(to - 1) == '\n';
    }

    /** The position after the line break if only blanks precede it; otherwise that of the next character. */
    private static int lineEnd(String text, int at) {
        int to = at;
        while (to < text.length() && (isBlank(text.charAt(to)) || text.charAt(to) == '\r')) {
            to++;
        }
        return to < text.length() && text.charAt(to) == '\n' ? to + 1 : to;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
