import '@mantine/core/styles/baseline.css';
import '@mantine/core/styles/default-css-variables.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Menu.css';
import '@mantine/core/styles/CloseButton.css';
import '@mantine/core/styles/ScrollArea.css';
import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import './style/tokens.css';
import './style/base.css';
import './style/top-bar.css';
import './style/marks.css';
import './style/buttons.css';
import './style/queue.css';
import './style/hold.css';
import './style/exact.css';
import './style/evidence.css';
import './style/text.css';
import './style/decide.css';
import './style/answer.css';
import './style/edit.css';
import './style/reject.css';
import './style/pages.css';
import './style/mantine.css';
import './style/widths.css';
import './style/touch.css';
import './style/dialog.css';
import './style/runs.css';
import './style/run.css';
import './style/time-slider.css';
import './style/journal.css';
import './style/actions.css';
import './style/audit.css';
import './style/oversight.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme, readTheme } from './shell/theme.ts';

applyTheme(readTheme());
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => applyTheme(readTheme()));

const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  defaultRadius: 6,
  respectReducedMotion: true,
});

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} withGlobalClasses={false} withCssVariables={false}>
        <App />
      </MantineProvider>
    </StrictMode>,
  );
}
