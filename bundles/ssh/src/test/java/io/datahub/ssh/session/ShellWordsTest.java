package io.datahub.ssh.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShellWordsTest {

    @Test
    void blanksSeparateWords() {
        assertThat(ShellWords.of("  scp \t-t\n/a ")).containsExactly("scp", "-t", "/a");
        assertThat(ShellWords.of("")).isEmpty();
    }

    @Test
    void quotesAreRemoved() {
        assertThat(ShellWords.of("'a b'\\''c' \"d \\\" \\x $\" e\\ f '' "))
                .containsExactly("a b'c", "d \" \\x $", "e f", "");
    }

    @Test
    void nothingIsExpanded() {
        assertThat(ShellWords.of("scp -f *.txt $HOME `id` ; rm -rf /"))
                .containsExactly("scp", "-f", "*.txt", "$HOME", "`id`", ";", "rm", "-rf", "/");
    }

    @Test
    void anOpenQuoteIsRefused() {
        assertThatThrownBy(() -> ShellWords.of("scp 'a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ShellWords.of("scp \"a\\\"")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ShellWords.of("scp a\\")).isInstanceOf(IllegalArgumentException.class);
    }
}
