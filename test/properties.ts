import fc from 'fast-check';

// Under CI the same cases every time, so that a run tells of the change and not of luck; elsewhere new ones every time.
if (process.env['CI'] === 'true') fc.configureGlobal({ seed: 20_260_501 });
