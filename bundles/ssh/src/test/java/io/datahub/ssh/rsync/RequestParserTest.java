package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Result;
import io.datahub.ssh.session.ShellWords;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {

    private static Result<RsyncRequest> parse(String command) {
        return RequestParser.parse(ShellWords.of(command));
    }

    @Test
    void shouldPassOnWhatAnArchivingClientSends() {
        RsyncRequest request = parse("rsync --server -vlogDtprze.iLsfxCIvu --partial --timeout=60 . dst/")
                .get();
        assertThat(request.sends()).isFalse();
        assertThat(request.options()).containsExactly("-vlogDtrze.iLsfxCIvu", "--timeout=60");
        assertThat(request.paths()).containsExactly("dst/");
        assertThat(request.isRecursive()).isTrue();
        assertThat(request.keepsTimes()).isTrue();
        assertThat(request.comparesContent()).isFalse();
    }

    @Test
    void shouldRecognizeADownload() {
        RsyncRequest request =
                parse("rsync --server --sender -nlogDtprce.iLsfxCIvu . 'a b' c").get();
        assertThat(request.sends()).isTrue();
        assertThat(request.options()).containsExactly("-nlogDtrce.iLsfxCIvu");
        assertThat(request.comparesContent()).isTrue();
        assertThat(request.paths()).containsExactly("a b", "c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-logDtpre.iLsfxCIvu --stats",
                "-lHogDtpAXre.iLsfxCIvu",
                "-logDtpre.iLsfxCIvu --log-format=%i",
                "-logDtpre.iLsfxCIvu -B1024",
                "-logDtpre.iLsfxCIvu -@-1",
                "-logDtpre.LsfxCIvu --iconv=UTF-8",
                "-logDtprCe.iLsfxCIvu --new-compress",
                "-logDtprRe.iLsfxCIvu --compress-choice=zstd --no-implied-dirs",
                "-logDtpre.iLsfxCIvu --usermap=\\*:a --groupmap=\\*:b",
                "-logDtpre.iLsfxCIvu --delay-updates --fsync --preallocate",
                "-e.LsfxCIvu"
            })
    void shouldAcceptWhatClientsSend(String options) {
        assertThat(parse("rsync --server " + options + " . d").refusal()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-logDtpre.i --remove-source-files | when rsync has exited with 0",
                "-logDtpre.i --delete | rclone sync",
                "-logDtpre.i --delete-during | rclone sync",
                "-logDtpre.i --delete-missing-args | rclone sync",
                "-logDtpre.i --max-delete=3 | rclone sync",
                "-logDtpre.i --link-dest ../x | chooses its own directories",
                "-logDtpre.i --compare-dest=/etc | chooses its own directories",
                "-logDtpre.i --copy-dest=/etc | chooses its own directories",
                "-logDtpre.i --temp-dir=/etc | chooses its own directories",
                "-logDtpre.i --partial-dir=x | chooses its own directories",
                "-logDtpre.i --inplace | replaced as a whole",
                "-logDtpre.i --append | replaced as a whole",
                "-logDtpre.i --write-devices | replaced as a whole",
                "-logDtpre.i --files-from=/etc/passwd | --exclude",
                "-logDtpre.i --backup-dir=x | no backups",
                "-blogDtpre.i | no backups",
                "-logDtpre.i --log-file=/etc/x | its own log",
                "-logDtpre.i --debug=ALL | its own log",
                "-lLogDtpre.i | no links",
                "-lKogDtpre.i | no links",
                "-lkogDtpre.i | no links",
                "-ulogDtpre.i | compares sizes and times",
                "-logDtpre.i --size-only | compares sizes and times",
                "-logDtpre.i --existing | compares sizes and times",
                "-slogDtpre.i | leave it out",
                "-logDtUpre.i | modification times",
                "-logDtpre.i --iconv=latin1 | UTF-8",
                "-logDtpre.i --timeout=x | doesn't accept this value",
                "-logDtpre.i --stats=1 | doesn't accept this value",
                "-logDtpre.i --daemon | doesn't know",
                "-logDtpre.i --config=/x | doesn't know",
                "-logDtpre.i --foo | doesn't know",
                "-M | doesn't know",
                "-logDtpre/i | doesn't understand",
                "-T/etc | doesn't understand",
                "-- | doesn't know",
                "x | doesn't understand",
            })
    void shouldRefuseWhatIsUnsafeAndSayWhatToDo(String options, String advice) {
        assertThat(parse("rsync --server " + options + " . d")
                        .refusal()
                        .orElseThrow()
                        .detail())
                .contains(advice);
        assertThat(parse("rsync --server --sender " + options + " . d").refusal())
                .isPresent();
    }

    @Test
    void shouldNeverTakeAPathForAnOption() {
        assertThat(parse("rsync --server -re.i . --delete").get().options()).containsExactly("-re.i");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rsync",
                "rsync --version",
                "rsync --daemon --server",
                "rsync --server",
                "rsync --server -re.i",
                "rsync --server -re.i .",
                "rsync --server -re.i . a b"
            })
    void shouldRefuseWhatIsNoTransfer(String command) {
        assertThat(parse(command).refusal()).isPresent();
    }

    @Test
    void shouldBoundTheArguments() {
        assertThat(parse("rsync --server " + "-v ".repeat(101) + ". d").refusal())
                .isPresent();
        List<String> paths = Collections.nCopies(1_001, "a");
        assertThat(parse("rsync --server --sender -v . " + String.join(" ", paths))
                        .refusal())
                .isPresent();
        assertThat(parse("rsync --server -" + "v".repeat(100) + " . d").refusal())
                .isPresent();
    }
}
