package io.datahub.auth;

import java.lang.annotation.Annotation;

/** A configuration as Configuration Admin would supply it. */
record Settings(String adminTokenFile, boolean allowClearAdmin, int undelayedFailures, int maxFailureCounters)
        implements AuthConfiguration {

    static final Settings DEFAULT = new Settings("", false, 5, 10_000);

    static Settings withTokenFile(String file) {
        return new Settings(file, false, 5, 10_000);
    }

    static Settings withClearAdmin() {
        return new Settings("", true, 5, 10_000);
    }

    @Override
    public String adminTokenVariable() {
        return "DATAHUB_ADMIN_TOKEN";
    }

    @Override
    public long maxFailureDelayMillis() {
        return 5_000;
    }

    @Override
    public long failureHalfLifeMillis() {
        return 60_000;
    }

    @Override
    public int maxTokens() {
        return 5;
    }

    @Override
    public long maxExternalLoginMillis() {
        return 86_400_000;
    }

    @Override
    public Class<? extends Annotation> annotationType() {
        return AuthConfiguration.class;
    }
}
