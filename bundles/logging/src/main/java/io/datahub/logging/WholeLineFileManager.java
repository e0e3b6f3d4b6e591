package io.datahub.logging;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.rolling.PatternProcessor;
import org.apache.logging.log4j.core.appender.rolling.RollingFileManager;
import org.apache.logging.log4j.core.appender.rolling.RolloverStrategy;
import org.apache.logging.log4j.core.appender.rolling.TriggeringPolicy;

/** Log4j's manager of rolling files, with a {@link WholeLineOutputStream} for each file. */
final class WholeLineFileManager extends RollingFileManager {

    /** A longer event, for example one with a long stack trace, is written in several pieces. */
    private static final int BUFFER_BYTES = 64 * 1024;

    /** What the manager is made of. */
    record Settings(
            LoggerContext context,
            String filePattern,
            String filePermissions,
            TriggeringPolicy policy,
            RolloverStrategy strategy,
            Layout<? extends Serializable> layout) {}

    private WholeLineFileManager(Path file, Settings settings, OutputStream stream) throws IOException {
        super(
                settings.context(),
                file.toString(),
                settings.filePattern(),
                stream,
                true,
                false,
                Files.size(file),
                Files.getLastModifiedTime(file).toMillis(),
                settings.policy(),
                settings.strategy(),
                null,
                settings.layout(),
                settings.filePermissions(),
                null,
                null,
                false,
                ByteBuffer.allocate(BUFFER_BYTES));
    }

    /** Returns the manager of a file, or null if the file can't be opened, which is logged. */
    static WholeLineFileManager of(String file, Settings settings) {
        return (WholeLineFileManager) getManager(file, settings, WholeLineFileManager::create);
    }

    private static WholeLineFileManager create(String name, Settings settings) {
        Path file = Path.of(name);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            WholeLineFileManager manager = new WholeLineFileManager(file, settings, WholeLineOutputStream.open(file));
            manager.restrict(file);
            return manager;
        } catch (IOException e) {
            LOGGER.error("The log file {} can't be opened", name, e);
            return null;
        }
    }

    /** Opens the new file after a rollover. */
    @Override
    protected OutputStream createOutputStream() throws IOException {
        Path file = Path.of(getFileName());
        OutputStream stream = WholeLineOutputStream.open(file);
        restrict(file);
        return stream;
    }

    private void restrict(Path file) {
        if (isAttributeViewEnabled()) {
            defineAttributeView(file);
        }
    }

    /** Called if the logging configuration is reloaded while the file is open. */
    @Override
    public void updateData(Object data) {
        Settings settings = (Settings) data;
        setRolloverStrategy(settings.strategy());
        setPatternProcessor(new PatternProcessor(settings.filePattern(), getPatternProcessor()));
        setTriggeringPolicy(settings.policy());
    }
}
