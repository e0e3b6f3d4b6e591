package io.datahub.console;

import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorService;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.api.validation.ValidatorStatus.State;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/** The services that a command finds, and the output that it prints. */
final class FakeContext {

    private final Map<ServiceReference<?>, Object> services = new LinkedHashMap<>();
    private final Map<ServiceReference<?>, Class<?>> types = new LinkedHashMap<>();
    private final List<ValidatorStatus> validators = new ArrayList<>();

    <T> FakeContext add(Class<T> type, T service) {
        return add(type, service, "1.0.0", Map.of());
    }

    /** Adds a service of a bundle with this version. */
    <T> FakeContext add(Class<T> type, T service, String version, Map<String, ?> properties) {
        Bundle bundle = proxy(
                Bundle.class,
                (self, method, arguments) ->
                        method.getName().equals("getVersion") ? Version.parseVersion(version) : "bundle");
        int index = services.size();
        ServiceReference<?> reference =
                proxy(ServiceReference.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getBundle" -> bundle;
                    case "getProperty" -> properties.get(arguments[0]);
                    case "hashCode" -> index;
                    case "equals" -> self == arguments[0];
                    case "compareTo" -> Integer.compare(index, arguments[0].hashCode());
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        services.put(reference, service);
        types.put(reference, type);
        return this;
    }

    /** Adds a validator, as a service and to the list of validators. */
    @SuppressWarnings("unchecked")
    FakeContext addValidator(String name, String version, State state, Validator validator, Map<String, ?> properties) {
        if (validators.isEmpty()) {
            add(ValidatorDirectory.class, () -> List.copyOf(validators));
        }
        add(Validator.class, validator, version, properties);
        ServiceReference<?> reference =
                references(Validator.class).get(references(Validator.class).size() - 1);
        validators.add(new ValidatorStatus(
                new ValidatorId(name, version),
                state,
                ValidatorProperties.list(properties.get(ValidatorService.PATHS)),
                List.of(),
                "bundle",
                state == State.UNAVAILABLE ? "its file is broken" : "",
                Optional.of((ServiceReference<Validator>) reference)));
        return this;
    }

    private List<ServiceReference<?>> references(Object type) {
        List<ServiceReference<?>> found = new ArrayList<>();
        types.forEach((reference, offered) -> {
            if (offered == type) {
                found.add(reference);
            }
        });
        return found;
    }

    private Object call(String method, Object[] arguments) {
        return switch (method) {
            case "getServiceReferences" -> references(arguments[0]);
            case "getServiceReference" ->
                references(arguments[0]).stream().findFirst().orElse(null);
            case "getService" -> services.get(arguments[0]);
            default -> throw new UnsupportedOperationException(method);
        };
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    BundleContext asBundleContext() {
        return proxy(BundleContext.class, (self, method, arguments) -> call(method.getName(), arguments));
    }

    /** Runs a command and returns its output; if it fails, the output is in {@link #output}. */
    String run(DatahubCommand command) throws Exception {
        command.context = asBundleContext();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            command.execute();
        } finally {
            System.setOut(before);
            output = printed.toString(StandardCharsets.UTF_8);
        }
        return output;
    }

    /** The output of the last command. */
    String output = "";
}
