/** A Log4j appender that never leaves a part of a line in its file, whatever the disk does. */
package io.datahub.logging;
