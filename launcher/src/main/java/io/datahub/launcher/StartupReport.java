package io.datahub.launcher;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * What prevents the hub from becoming ready, as a bundle reports it that asks Declarative Services. Launcher and
 * bundles share no classes but those of the JDK.
 *
 * @param failed errors that an operator must correct
 * @param waiting components that wait for services which no component provides
 */
record StartupReport(List<String> failed, List<String> waiting) {

    private static final StartupReport NONE = new StartupReport(List.of(), List.of());

    StartupReport {
        failed = List.copyOf(failed);
        waiting = List.copyOf(waiting);
    }

    static StartupReport none() {
        return NONE;
    }

    /** Returns the current problems; none if that bundle isn't active. */
    static StartupReport read(BundleContext context) {
        try {
            for (ServiceReference<?> reference :
                    context.getServiceReferences(Supplier.class, "(datahub.startup=problems)")) {
                if (context.getService(reference) instanceof Supplier<?> supplier
                        && supplier.get() instanceof Map<?, ?> problems) {
                    return new StartupReport(lines(problems, "failed"), lines(problems, "waiting"));
                }
            }
        } catch (InvalidSyntaxException | IllegalStateException e) {
            return NONE; // the framework is stopping
        }
        return NONE;
    }

    private static List<String> lines(Map<?, ?> problems, String kind) {
        return problems.get(kind) instanceof List<?> lines
                ? lines.stream().map(String::valueOf).toList()
                : List.of();
    }
}
