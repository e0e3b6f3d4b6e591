package io.datahub.cli.user;

import io.datahub.cli.context.CommonOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub grant}: lets a user do more. */
@Command(name = "grant", description = "Grant roles or actions to a user, as an administrator.")
public final class GrantCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private GrantOptions grants;

    @Parameters(paramLabel = "NAME", description = "The user.")
    private String name;

    @Override
    public Integer call() {
        grants.requireSome();
        Map<String, Object> added = new LinkedHashMap<>();
        added.put("roles", grants.roles());
        added.put("grants", grants.grants());
        Users.print(common.output(), common.hub().object(Users.post(Users.target(name) + "/grants", added)));
        return 0;
    }
}
