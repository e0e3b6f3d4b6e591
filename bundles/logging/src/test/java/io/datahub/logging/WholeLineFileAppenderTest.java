package io.datahub.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.properties.PropertiesConfigurationFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeLineFileAppenderTest {

    @TempDir
    private Path folder;

    @Test
    void shouldAppendAndRollOver() throws IOException {
        Path log = Files.writeString(folder.resolve("a.log"), "before\n");

        try (LoggerContext context = start("1KB")) {
            Logger logger = context.getLogger("test");
            logger.info("after");
            assertThat(log).hasContent("before\nINFO after\n");
            assertThat(permissions(log)).isEqualTo("rw-------");

            logger.info("x".repeat(2_000));
            logger.info("in the next file");
        }

        assertThat(log).hasContent("INFO in the next file\n");
        assertThat(permissions(log)).isEqualTo("rw-------");
        assertThat(folder.resolve("a.log.1")).content().hasLineCount(3);
    }

    @Test
    void shouldWriteAnEventThatIsLargerThanTheBuffer() throws IOException {
        try (LoggerContext context = start("16MB")) {
            context.getLogger("test").info("x".repeat(300_000));
        }

        assertThat(Files.size(folder.resolve("a.log"))).isEqualTo("INFO ".length() + 300_000 + 1);
    }

    @Test
    void shouldKeepTheFileOpenWhenTheConfigurationIsReloaded() throws IOException {
        try (LoggerContext context = start("16MB")) {
            context.getLogger("test").info("first");
            context.reconfigure(configuration(context, "1MB"));
            context.getLogger("test").info("second");
        }

        assertThat(folder.resolve("a.log")).hasContent("INFO first\nINFO second\n");
    }

    private LoggerContext start(String size) throws IOException {
        LoggerContext context = new LoggerContext("test");
        context.start(configuration(context, size));
        return context;
    }

    private Configuration configuration(LoggerContext context, String size) throws IOException {
        String text = """
                rootLogger.level = INFO
                rootLogger.appenderRef.hub.ref = Hub
                appender.hub.type = WholeLineRollingFile
                appender.hub.name = Hub
                appender.hub.fileName = %1$s/a.log
                appender.hub.filePattern = %1$s/a.log.%%i
                appender.hub.filePermissions = rw-------
                appender.hub.layout.type = PatternLayout
                appender.hub.layout.pattern = %%p %%m%%n
                appender.hub.policies.type = Policies
                appender.hub.policies.size.type = SizeBasedTriggeringPolicy
                appender.hub.policies.size.size = %2$s
                appender.hub.strategy.type = DefaultRolloverStrategy
                appender.hub.strategy.max = 2
                """.formatted(folder, size);
        ConfigurationSource source =
                new ConfigurationSource(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
        return new PropertiesConfigurationFactory().getConfiguration(context, source);
    }

    private static String permissions(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
