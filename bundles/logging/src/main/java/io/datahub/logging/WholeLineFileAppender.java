package io.datahub.logging;

import java.io.Serializable;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Core;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.Layout;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractOutputStreamAppender;
import org.apache.logging.log4j.core.appender.rolling.RolloverStrategy;
import org.apache.logging.log4j.core.appender.rolling.TriggeringPolicy;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginBuilderFactory;
import org.apache.logging.log4j.core.config.plugins.PluginElement;
import org.apache.logging.log4j.core.config.plugins.validation.constraints.Required;

/**
 * A rolling file whose lines stay whole on a full disk. The attributes {@code fileName}, {@code filePattern} and
 * {@code filePermissions}, the policies and the strategy are those of Log4j's {@code RollingFile}. Each event is
 * written to the file before the logging call returns.
 */
@Plugin(
        name = "WholeLineRollingFile",
        category = Core.CATEGORY_NAME,
        elementType = Appender.ELEMENT_TYPE,
        printObject = true)
public final class WholeLineFileAppender extends AbstractOutputStreamAppender<WholeLineFileManager> {

    private WholeLineFileAppender(
            String name,
            Layout<? extends Serializable> layout,
            Filter filter,
            boolean ignoreExceptions,
            Property[] properties,
            WholeLineFileManager manager) {
        super(name, layout, filter, ignoreExceptions, true, properties, manager);
    }

    /** Returns a builder, which Log4j fills from its configuration. */
    @PluginBuilderFactory
    public static Builder newBuilder() {
        return new Builder();
    }

    @Override
    public void append(LogEvent event) {
        getManager().checkRollover(event);
        super.append(event);
    }

    /** The attributes and elements in the logging configuration. */
    public static final class Builder extends AbstractOutputStreamAppender.Builder<Builder>
            implements org.apache.logging.log4j.core.util.Builder<WholeLineFileAppender> {

        @PluginBuilderAttribute
        @SuppressWarnings("log4j.public.setter")
        @Required
        private String fileName;

        @PluginBuilderAttribute
        @SuppressWarnings("log4j.public.setter")
        @Required
        private String filePattern;

        @PluginBuilderAttribute
        @SuppressWarnings("log4j.public.setter")
        private String filePermissions;

        @PluginElement("Policy")
        @Required
        private TriggeringPolicy policy;

        @PluginElement("Strategy")
        @Required
        private RolloverStrategy strategy;

        private Builder() {}

        /** Returns the appender, or null if the file can't be opened. */
        @Override
        public WholeLineFileAppender build() {
            Layout<? extends Serializable> layout = getOrCreateLayout();
            WholeLineFileManager.Settings settings = new WholeLineFileManager.Settings(
                    getConfiguration().getLoggerContext(), filePattern, filePermissions, policy, strategy, layout);
            WholeLineFileManager manager = WholeLineFileManager.of(fileName, settings);
            if (manager == null) {
                return null;
            }
            manager.initialize();
            return new WholeLineFileAppender(
                    getName(), layout, getFilter(), isIgnoreExceptions(), getPropertyArray(), manager);
        }
    }
}
