package io.datahub.console.access;

import io.datahub.api.log.LogText;
import java.lang.reflect.Field;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.CommandSessionListener;
import org.apache.felix.service.command.Job;
import org.apache.felix.service.command.JobListener;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what the commands of a line use. The shell makes a job of each command in a loop, with 33 KB of buffers, and
 * keeps it until the loop ends: {@code while { true } { echo x }} would fill the hub's memory within seconds, and a loop
 * that sleeps between its commands within days. So a finished job is released at once. And a loop whose client has gone
 * is interrupted, since writing to a closed channel doesn't end it.
 */
@Component
public final class CommandJobs implements CommandSessionListener {

    private static final Logger LOG = LoggerFactory.getLogger(CommandJobs.class);

    @Override
    public void beforeExecute(CommandSession session, CharSequence line) {
        try {
            JobListener listener = (JobListener) valueOf(session, "jobListener");
            if (!(listener instanceof Bounds)) {
                session.setJobListener(new Bounds(listener, AwaitedCommand.startedWith(session)));
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("event=console.jobs.unknown reason={}", LogText.quoted(e.toString()));
        }
    }

    @Override
    public void afterExecute(CommandSession session, CharSequence line, Exception exception) {
        // The listener stays for the session's next line.
    }

    @Override
    public void afterExecute(CommandSession session, CharSequence line, Object result) {
        // The listener stays for the session's next line.
    }

    private static Object valueOf(Object object, String field) throws ReflectiveOperationException {
        Field declared = object.getClass().getDeclaredField(field);
        declared.setAccessible(true);
        return declared.get(object);
    }

    /**
     * Bounds the jobs of one session.
     *
     * @param next the listener that the session had, or null
     * @param command the command of the client, or null if the session isn't for a single command
     */
    private record Bounds(JobListener next, AwaitedCommand command) implements JobListener {

        @Override
        public void jobChanged(Job job, Job.Status previous, Job.Status current) {
            Job parent = job.parent();
            if (current == Job.Status.Done && parent != null) {
                release(job, parent);
            }
            if (command != null && command.isAbandoned()) {
                command.interrupt();
            }
            if (next != null) {
                next.jobChanged(job, previous, current);
            }
        }

        private static void release(Job job, Job parent) {
            try {
                List<?> children = (List<?>) valueOf(parent, "children");
                synchronized (children) { // as its owner does
                    children.remove(job);
                }
            } catch (ReflectiveOperationException | RuntimeException e) {
                LOG.debug("event=console.jobs.unknown reason={}", LogText.quoted(e.toString()));
            }
        }
    }
}
